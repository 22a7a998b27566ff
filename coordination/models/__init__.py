"""What the city and its units ask of each other, by room."""
