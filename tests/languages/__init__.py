"""The texts that people read: found in the sources, kept in catalogues, one for each language."""
