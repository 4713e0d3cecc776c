"""Reads RDF in the form that is named, as data.gouv.fr's harvester does, and writes N-Triples."""

import sys

import rdflib

rdflib.NORMALIZE_LITERALS = False  # a date stays as it is written
graph = rdflib.Graph()
graph.parse(data=sys.stdin.buffer.read().decode("utf-8"), format=sys.argv[1])
sys.stdout.buffer.write(graph.serialize(format="nt", encoding="utf-8"))
