"""The mapping language: layered TOML files, compiled into translation both ways."""

from hub.mapping.codecs import ForeignId
from hub.mapping.crosswalks import UNPAIRED, Crosswalk
from hub.mapping.inward import Inward
from hub.mapping.layers import Layer, load_layers
from hub.mapping.outward import Outward
from hub.mapping.problems import Gone, Problem, Unbound, Untranslatable
from hub.mapping.routes import Lookup, link_to
from hub.mapping.system import SystemMapping, compile_mapping

__all__ = [
    "UNPAIRED",
    "Crosswalk",
    "ForeignId",
    "Gone",
    "Inward",
    "Layer",
    "Lookup",
    "Outward",
    "Problem",
    "SystemMapping",
    "Unbound",
    "Untranslatable",
    "compile_mapping",
    "link_to",
    "load_layers",
]
