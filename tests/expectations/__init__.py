"""Tests of `expectations`."""
