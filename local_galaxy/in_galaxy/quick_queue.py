"""Celery's task queue in a database, looked at ten times a second instead of once: jobs of two seconds instead of five.

Galaxy and its Celery worker import this; nothing else of this package is on their path. Kombu has no setting for the
interval of this transport. Its transport of files has one, but loses tasks: a message can be read before it is written.
"""

from kombu.transport import sqlalchemy


class Transport(sqlalchemy.Transport):
    """Kombu's transport over SQLAlchemy with a shorter polling interval (seconds)."""

    polling_interval = 0.1
