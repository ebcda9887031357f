"""Pictures and documents of a portal: taken in clean, counted, served from the media host, kept when deleted."""
