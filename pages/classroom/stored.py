"""What a class stores, what it doesn't, for how long, and who can see it: in plain words."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import streamlit as st

from digitlab.classroom import limits
from digitlab.numbers import count
from ui import headings
from ui.links import page_link

HOURS = count(limits.LIFE_S // 3_600, "hour")
DAYS = count(limits.LONGEST_LIFE_S // 86_400, "day")
MINUTES = count(limits.WRONG_CODES_S // 60, "minute")


class Fact(NamedTuple):
    """One thing that is stored: a sentence, and the columns of the table that it speaks of."""

    sentence: str
    columns: tuple[str, ...]


# Every column of the database's tables (digitlab/classroom/tables.py) is in one of these sentences; a test
# compares the two.
STORED: Mapping[str, Sequence[Fact]] = MappingProxyType(
    {
        "class": (
            Fact("Its code, and an inner number that nobody sees.", ("id", "code")),
            Fact(
                "A hash of the key in the teacher’s link. From a hash nobody gets the key back.",
                ("key_hash",),
            ),
            Fact(
                "Whether it is open, paused or closed, and whether it is an example.", ("state", "simulated")
            ),
            Fact("What there is to draw, and which model reads it.", ("task", "digit", "model")),
            Fact("When it began, and when everything of it is deleted.", ("made", "ends")),
            Fact(
                "How many have joined, how many drawings they have sent, and how often anything has changed.",
                ("pupils", "drawings", "revision"),
            ),
        ),
        "pupil": (
            Fact(
                "A number in the order of joining, shown as an animal and a colour, such as “blue fox”; and "
                "an inner number that nobody sees.",
                ("id", "number"),
            ),
            Fact("Which class it is.", ("class_id",)),
            Fact(
                "A hash of a secret that the pupil’s own browser keeps, so that the same phone stays the "
                "same animal.",
                ("secret_hash",),
            ),
            Fact("When they joined, and when they sent their last drawing.", ("joined", "last")),
            Fact("How many drawings they have sent.", ("drawings",)),
            Fact("Whether the teacher holds their drawings back.", ("held",)),
        ),
        "drawing": (
            Fact("The strokes: where the pen went, in which order, and how wide it was.", ("strokes",)),
            Fact("The picture that the model saw, 28 × 28 pixels.", ("picture",)),
            Fact(
                "The digit that the pupil was asked to draw, what the drawing is said to show, and who says "
                "so: the task, the pupil, the teacher or the model.",
                ("asked", "label", "label_by"),
            ),
            Fact(
                "What the model read, how sure it was, and how much it looked like a digit.",
                ("guess", "sureness", "score"),
            ),
            Fact("Which pupil of which class drew it.", ("class_id", "pupil_id")),
            Fact("When it was sent, and as which one of the class.", ("sent", "number")),
            Fact(
                "Whether everybody may see it, it waits for the teacher, or the teacher hid it or holds its "
                "pupil’s drawings back.",
                ("state", "held"),
            ),
            Fact(
                "An inner number, a mark of its last change, and a hash of the strokes, so that the same "
                "drawing sent twice counts once.",
                ("id", "changed", "digest"),
            ),
        ),
        "training": (
            Fact("Which class it belongs to, and its number in it.", ("id", "class_id", "number")),
            Fact("Which model it began with, and when it was trained.", ("model", "made")),
            Fact("How it was trained, on how many drawings, and how well it reads.", ("card",)),
            Fact("The weights that it learned, for the server and for the browser.", ("network", "live")),
        ),
        "run": (
            Fact(
                "An inner number, which class it belongs to, and a hash that says whose it is.",
                ("id", "class_id", "owner_hash"),
            ),
            Fact("What is to be trained, and as which one.", ("settings", "number")),
            Fact("The class’s pictures that the model learns from, until the training is over.", ("data",)),
            Fact(
                "Whether it waits, is under way or is over, why it ended, and how far it is.",
                ("state", "problem", "progress"),
            ),
            Fact(
                "Which machine trains it, as which job, and how often one has begun.",
                ("trainer", "job", "attempts"),
            ),
            Fact("When it was asked for, and when somebody last had its page open.", ("made", "seen")),
        ),
        "run_file": (
            Fact("Which training it is of, and what it is for.", ("run_id", "file")),
            Fact("What was trained, until it is kept with the class.", ("content",)),
        ),
    }
)
HEADINGS = MappingProxyType(
    {
        "class": "Of the class",
        "pupil": "Of each pupil",
        "drawing": "Of each drawing",
        "training": "Of each model that the class has trained",
        "run": "Of each training that waits or is under way, where several machines train",
        "run_file": "Of each file that such a training has made",
    }
)

NOT_STORED = (
    "No name, no e-mail address, no account.",
    "No text: there is nothing to type but the class’s code.",
    "No IP address, neither in the database nor in a log of Digit Lab.",
    "Nothing about the phone or the browser.",
    "No cookies beyond those that Streamlit, the software under this app, needs to work, and one that says "
    "which of several servers to go on with. They name nobody.",
)

WHERE = (
    "In one database of the server that runs Digit Lab: a file on its disk, or the PostgreSQL database that "
    "the school chose. Nothing is sent to anybody else.",
    "A pupil’s own browser keeps the pupil’s secret and what is on the pad. The browser in which the class "
    "was started keeps the teacher’s key.",
    "While a model trains, the class’s pictures lie in a temporary folder of the machine that trains it.",
    "So that the wall is quick, the server also has a class’s drawings in its memory.",
    "Wrong codes are counted by network address, so that nobody can try all codes. The counts are in memory "
    f"only, the addresses made unreadable, for {MINUTES}.",
)

HOW_LONG = (
    f"Everything of a class is deleted {HOURS} after its start.",
    f"The teacher can have it kept for longer, up to {DAYS} from its start.",
    "The teacher can delete it at once: “Delete everything now” on the desk.",
    "Models that the class has trained go with it. They hold no drawings, but they have learned from them.",
    "The drawings of an example class are made up, and go in the same way.",
    "What the teacher has downloaded is a file on the teacher’s own device. Nobody else can delete it.",
)

WHO = (
    "**The wall, and the pages that show the class’s digits**: everybody who has the code. They show "
    "drawings and what the model read, not who drew what.",
    "**The desk**: only who has the teacher’s private link. There, what looks like no digit waits, and what "
    "a pupil has drawn can be held back.",
    "**The pupil’s page**: a pupil sees the own drawing and the answer to it.",
    "**The server**: whoever runs it can read the database, as with any other server.",
)

NOT_ANONYMOUS = (
    "A class’s data are pseudonymous, not anonymous. There are no names in them, but who sat in the room may "
    "remember who the blue fox was, and may know a hand when they see it. The General Data Protection "
    "Regulation (GDPR, recital 26) counts such data as personal data, because somebody could use other "
    "knowledge to say whose they are."
)

CONSIDER = (
    "Say beforehand what is drawn, why, and when it is deleted. This page may help.",
    "Let nobody have to take part. Who doesn’t want to can draw on the page Draw, which stores nothing.",
    "Ask for digits only. A drawing can be hidden at one tap, if somebody draws something else.",
    "Use a server of your own, with HTTPS. Ask those who run it about backups: a deleted class may still be "
    "in one.",
    "Keep the class for as long as you need it, and no longer.",
    "If you keep a download or publish anything of it, ask those who drew it, and the parents of children.",
)


def bullets(lines: Sequence[str]) -> None:
    st.markdown("\n".join(f"- {line}" for line in lines))


def render() -> None:
    headings.header("What a class stores")
    with st.container(width=760):
        st.markdown(
            f"A class stores what it draws, and no names. After {HOURS} everything is deleted: earlier if "
            f"the teacher says so, and later, after {DAYS} at most, if the teacher asks for that."
        )
        headings.subheader("What is stored")
        for table, facts in STORED.items():
            st.markdown(f"**{HEADINGS[table]}**")
            bullets([fact.sentence for fact in facts])
        st.caption(
            f"A class takes {limits.MOST_PUPILS} pupils at most, and of each of them {limits.MOST_DRAWINGS} "
            f"drawings, one in {limits.BETWEEN_S:.0f} seconds."
        )
        headings.subheader("What is not stored")
        bullets(NOT_STORED)
        headings.subheader("Where")
        bullets(WHERE)
        headings.subheader("For how long")
        bullets(HOW_LONG)
        headings.subheader("Who can see what")
        bullets(WHO)
        headings.subheader("Is this anonymous?")
        st.markdown(NOT_ANONYMOUS)
        headings.subheader("What a school should think of")
        bullets(CONSIDER)
        st.caption("This is no legal advice.")
    page_link("class", "Start a class")
