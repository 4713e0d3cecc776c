package localpg

import "context"

// Look says what the machine lacks.
func Look(ctx context.Context) error {
	_, err := installations(ctx)
	return err
}

// Settings is the text of the settings file.
var Settings = settings
