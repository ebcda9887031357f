"""The look of a portal, chosen by its webmaster: colours, type, logo, header, order of the home page."""
