"""What the job of each tool does, one module for each."""
