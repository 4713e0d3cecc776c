package dump

// Generation is that of the bytes of Formats: one more each time that the program makes other bytes of the same version and
// description, as better tiles are. Publication makes the files of an earlier one again.
const Generation = 2
