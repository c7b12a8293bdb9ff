"""Crashes, stops and moved folders: nothing lost, nothing twice."""
