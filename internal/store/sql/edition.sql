select edition from maille.pointer
