"""What goes over the wire, by provider: payloads, signatures, answers. Pure Python: no Django, no network."""
