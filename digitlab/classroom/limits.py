"""What a class may be: how many, how fast, how long."""

CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # none is taken for another one, and without vowels they spell no word
CODE_LENGTH = 5
MOST_PUPILS = 300  # of a class
MOST_DRAWINGS = 60  # of a pupil
BETWEEN_S = 2.0  # seconds, from a pupil's drawing to the next one
LIFE_S = 24 * 3_600  # so long a class is kept
LONGEST_LIFE_S = 30 * 24 * 3_600  # at most, if the teacher asks
MOST_TRAININGS = 10  # models of a class: the oldest one goes
WRONG_CODES = 100  # of one address in WRONG_CODES_S: a school has one address
WRONG_CODES_S = 600
