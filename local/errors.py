"""Why the laptop cloud cannot do what was asked.

LocalError
├── ProgramMissing     a program that set-up should have brought is not there, or does not run
├── PortTaken          somebody else listens where a process of ours wants to
├── PortsInvalid       a port that was asked for is not a port
├── ChoiceInvalid      there is no such profile or endpoint
├── Busy               another `up` or `down` of the same cloud is under way
├── NotReady           a process did not come up; the message ends with the last lines of its log
├── NotUp              there is no running cloud to talk to
├── CommandFailed      a CDK command or the web build ended badly; the message carries its last lines
├── StillReferenced    the template cannot do without a resource the emulator does not know
├── FunctionRaised     a function that was called directly ended with an error
├── JobFailed          a daily job ended badly, or a gate of its quality report failed
├── NotPublished       the sample clip did not get through
├── TimeInvalid        what was asked for is no time that can go by
└── NoSuchLog          neither a process nor a function has this name
"""


class LocalError(RuntimeError):
    """Base of all; the message tells a person what to do."""


class ProgramMissing(LocalError):
    pass


class PortTaken(LocalError):
    pass


class PortsInvalid(LocalError):
    pass


class ChoiceInvalid(LocalError):
    pass


class Busy(LocalError):
    pass


class NotReady(LocalError):
    pass


class NotUp(LocalError):
    pass


class CommandFailed(LocalError):
    pass


class StillReferenced(LocalError):
    pass


class JobFailed(LocalError):
    pass


class FunctionRaised(LocalError):
    pass


class NotPublished(LocalError):
    pass


class NoSuchLog(LocalError):
    pass


class TimeInvalid(LocalError):
    pass


class WeightsInvalid(LocalError):
    """Shares of the feed's deployments under which nobody would answer, or that cannot be read."""
