"""Contacts: the newest calls that a flow answered (API pages DescribeContact, SearchContacts)."""

from __future__ import annotations

import uuid

from acgr_sandbox.core.phone_calls import Contact
from acgr_sandbox.core.world import NAMESPACE


def contact_id(account: str, contact: Contact) -> str:
    """The id of a contact: it ends with its number, so that it can be found again."""
    return f"{str(uuid.uuid5(NAMESPACE, f'{account}/contact'))[:24]}{contact.n:012x}"
