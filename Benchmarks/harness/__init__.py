"""What every workload needs: entrants, the contest between them, the service, tables and the report."""
