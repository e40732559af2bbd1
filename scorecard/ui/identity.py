"""Who is here: the one place from which pages get the actor."""

from scorecard.access import Actor

VISITOR = Actor("访客", "visitor")


def current() -> Actor:
    """Whoever sits at this screen."""
    return VISITOR
