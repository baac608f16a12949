"""What Weft raises. A message says: operation, what is wrong, the actual values, what is expected."""


class Error(Exception):
    """Whatever Weft raises of itself."""


class ArgumentError(Error, ValueError):
    """The caller asked for what makes no sense."""


class DataError(Error, ValueError):
    """A file, or the data at hand, breaks its format."""

    def __init__(self, file="", object="", problem=""):
        super().__init__(file, object, problem)
        self.file, self.object, self.problem = file, object, problem

    def __str__(self):
        return ": ".join(part for part in (self.file, self.object, self.problem) if part)


class NumericError(Error, ArithmeticError):
    """A loss, a gradient or an output is not finite."""


class OutputError(Error, OSError):
    """What was made could not be written."""


class NotFittedError(Error, AttributeError):
    """An estimator was asked before it was fitted."""
