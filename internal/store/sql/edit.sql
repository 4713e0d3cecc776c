update maille.pointer set edition = edition + 1
