"""For tensorflow/python/eager/polymorphic_function: finding 19."""

from tensorflow.python.eager.polymorphic_function import polymorphic_function
from tensorflow.python.ops import array_ops
from tensorflow.python.ops import variables
from tensorflow.python.platform import test


class FunctionTest(test.TestCase):
    def testCallAfterFirstTraceMadeAVariableAndFailed(self):
        created = []

        @polymorphic_function.function
        def add(x):
            if not created:
                created.append(variables.Variable([1.0, 2.0]))
            if x.shape != created[0].shape:
                raise ValueError("another shape")
            return x + created[0]

        with self.assertRaisesRegex(ValueError, "another shape"):
            add(array_ops.ones([7]))
        self.assertAllClose(add(array_ops.ones([2])), [2.0, 3.0])
        self.assertAllClose(created[0], [1.0, 2.0])
