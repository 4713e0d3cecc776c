-- Readers go on; who would change the calendar waits.
lock table maille.calendar in share row exclusive mode
