"""The ledger of known deviations: which cases of which clauses deviate, in which versions, and why.

`deviations/` holds the ledger, a file for each library and area. A file is a list of causes, and
under each cause stands what is seen because of it, entry by entry:

    [[cause]]
    name = "keras3-compares-a-state-with-nothing"   # unique, like the name of an entry
    why = "What in the library causes this, in plain English."
    thread = "https://..."                          # if there is one upstream
    finding = 4                                     # its number in docs/findings.md, if it has one

    [[cause.seen]]
    name = "keras3-broadcasts-a-batch-of-one"       # run files and findings name it
    clause = "RJ-01"
    paths = ["RNN/keras3", "layer/keras3"]
    versions = { keras3 = ">=3.0,<3.17" }           # PEP 440, for each package that is named
    when = { malformation = ["batch_one"], mode = ["eager"] }
    grade = "accepted"                              # or error = "IndexError", message = "regex";
                                                    # a list of errors if any of them may be seen;
                                                    # or value = "starts from zeros" where numbers
                                                    # are wrong
    note = "What is special about this entry."      # if anything is; it is added to `why`
    case = '{"path": ...}'                          # the minimal case

A key that all entries of a cause share may stand in the cause instead. An entry that has the key
too means its own value. Only `name`, `note` and `case` are always the entry's own.

`when` names fields of the case, each with the list of values that it may have. A number may be
bounded by a text like ">=2". Without `when` an entry covers every case of its clause and paths.
Beside the fields of `Case` there are:

- `cell`, the fields of `Layer`, and `model`, by its API;
- `malformation`, by name, and `role`, the part of the state that it changes (`LSTM.c`, or `all`);
- of a stack its `depth`, the `kinds` of cells in it ("LSTM" if it has one, "no LSTM" if it has
  none), its `first` and `last`, and the `narrowest` and `widest` leaf;
- of nested stacks the `smallest_stack`, by its number of cells;
- `longest`, the largest number of steps that count in a row of the batch, and `held_at_end`, true
  if in some row a step counts, but not the last step that is run;
- the `structure` of a user's own cell;
- the values of `use_bias` and the `implementations` of the cells; the types of those
  `alone_within` a stack within a stack;
- `equal_lengths`, true if all lengths that are sent are equal; `loop_builds`, true if a cell of
  dynamic_rnn is built by its first call, within the graph of the loop;
- `fits`, the formulas that can take the shapes of the state (`shapes/fit.py`), and
  `only_in_products`, true if all malformed leaves take part in matrix products only.

Every case that an entry covers must deviate as the entry says. If this depends on more than
conditions can express, `sometimes` allows covered cases to hold, and says when they do.

Where numbers are wrong, `value` says which wrong numbers they are: a name in `known_values.py`,
which computes them from the case. They are compared within their error bounds, as right ones are.
An entry without a `value` describes no wrong numbers, whatever its `message`. A covered case may
hold only where its bounds do not tell the wrong numbers from the right ones.

The order counts. If several entries cover a case and describe what is seen, a verdict names the
first: files in the order of their names, and entries in the order in which they stand.
"""
