"""What Dagster finds by itself: assets, checks, jobs, schedules, resources."""
