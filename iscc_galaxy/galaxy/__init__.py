"""What Galaxy hands to a job, and what it takes back."""
