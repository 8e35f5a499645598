"""The workshop behind core/html.py: trees, addresses, the tokenizer, the judges."""
