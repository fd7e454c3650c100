"""The mistakes page in AppTest: what the link asks for is what is shown."""
