"""What was recorded, told to people: one report of each session. It reads the journal only and changes nothing."""
