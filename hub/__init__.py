"""The core of the Legal Billing Hub: it knows no vendor and imports none of its neighbours."""
