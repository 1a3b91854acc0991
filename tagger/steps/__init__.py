"""The steps of the loop. Each is one public function, safe to run again, and the only place where rooms meet."""
