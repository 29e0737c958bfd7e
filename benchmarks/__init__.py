"""What we measure, and the budgets that we keep."""
