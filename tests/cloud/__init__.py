"""Cloud Tasks and Secret Manager as servers of ours, spoken to over real gRPC."""
