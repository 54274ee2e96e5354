"""The house inside: rules, transactions and deliveries. Nothing here knows that Slack exists."""
