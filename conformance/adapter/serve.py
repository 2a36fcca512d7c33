"""The server: it answers the driver's requests over two pipes until the driver closes them.

The protocol does not use the standard streams, as TensorFlow prints on them. A request is (word,
argument); the answer is ("answer", value) or ("failure", traceback of our own code).
"""

import gc
import traceback
from multiprocessing.connection import Connection

from . import timing, wire

# For gc.set_threshold: a built program has many objects, and most of them live long.
SELDOM = (50000, 20, 20)


def serve(reading, writing):
    """Serve on two inherited file descriptors."""
    requests = Connection(reading, writable=False)
    answers = Connection(writing, readable=False)
    while True:
        try:
            word, argument = wire.loads(requests.recv_bytes())
        except EOFError:
            return
        with timing.measure(timing.SERVING):
            answer = wire.dumps(reply(word, argument))
        answers.send_bytes(answer)


def reply(word, argument):
    """Return the answer to one request; a failure of our code is returned, so serving goes on."""
    try:
        return ("answer", _answer(word, argument))
    except Exception:
        return ("failure", traceback.format_exc())


def _answer(word, argument):
    # the first request imports TensorFlow, so that a failed import becomes an answer
    with timing.measure(timing.IMPORTING):
        from . import compat, observe, offers
        from .cells import class_defaults

    if word == "seconds":
        return timing.seconds()
    if word == "describe":
        compat.start()
        described = wire.Description(
            compat.versions(), offers.offers(), class_defaults.all_defaults()
        )
        gc.freeze()  # the imported objects stay: no collection needs to look at them again
        gc.set_threshold(*SELDOM)
        return described
    if word == "state_size":
        return observe.state_size(argument)
    if word == "look":
        return observe.look(argument)
    program, runs = argument
    return observe.observe(program, runs)
