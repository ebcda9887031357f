"""One module per group of figures; each registers itself with `harness.figure`."""
