"""Everything about Label Studio; its own words (task, prediction, choice) stay in here."""
