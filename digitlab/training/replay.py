"""Playing a training like a film: which moment is shown, and when the next one is due."""

from dataclasses import dataclass

SECONDS = 0.8  # of each moment


@dataclass
class Player:
    """Shows the moments 0 to `last`. Times are seconds of any clock that doesn't jump."""

    last: int = 0
    moment: int = 0
    playing: bool = False
    shown_at: float = 0.0  # when it came to this moment

    def load(self, last: int) -> None:
        """Another training, with this last moment; what is past it becomes the last one."""
        self.last, self.moment = last, min(self.moment, last)

    def play(self, now: float) -> None:
        """Go on from here; from the start, if it is at the end."""
        if self.moment >= self.last:
            self.moment = 0
        self.playing, self.shown_at = True, now

    def pause(self) -> None:
        self.playing = False

    def move(self, moment: int, now: float) -> None:
        """Somebody has chosen this moment; when it plays, it goes on from there."""
        self.moment, self.shown_at = max(0, min(moment, self.last)), now

    def tick(self, now: float) -> None:
        """One moment further, if it plays and the time has come; at the last one it stops."""
        if self.playing and now - self.shown_at >= SECONDS / 2:  # a clock of SECONDS is never quite exact
            self.moment, self.shown_at = min(self.moment + 1, self.last), now
        if self.moment >= self.last:
            self.playing = False
