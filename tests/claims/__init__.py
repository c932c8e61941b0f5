"""Tests of the claims under test."""
