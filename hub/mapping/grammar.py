"""What may be said of a field in a mapping file, and what it means for the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hub.mapping import codecs, days
from hub.mapping.codecs import ForeignId
from hub.mapping.crosswalks import crosswalk_codec
from hub.mapping.fields import Field, Tools, Words
from hub.mapping.layers import table_at
from hub.mapping.problems import Unfit
from hub.mapping.routes import Route, link_to
from hub.mapping.slots import Sort
from hub.mapping.terms import held, meaning, spelt, vendor_words
from hub.model import KIND_ORDER, Kind

if TYPE_CHECKING:
    from pydantic import BaseModel

    from hub.mapping.codecs import Codec
    from hub.mapping.layers import Place
    from hub.mapping.slots import Slot

_GRAMMAR: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "field": (str, "text"),
    "fields": (list, "a list of field names"),
    "join": (str, "text"),
    "const": (object, "a value"),
    "as": (str, "text"),
    "values": (Mapping, "a table"),
    "inverse": (Mapping, "a table"),
    "unknown": (str, '"hold", "empty" or "same"'),
    "codes": (str, "text"),
    "crosswalk": (str, "text"),
    "ref": ((str, list), "a kind or a list of kinds"),
    "source": (str, "text"),
    "default": (object, "a value"),
    "empty": (list, "a list of vendor values"),
    "required": (bool, "true or false"),
    "optional": (bool, "true or false"),
    "way": (str, '"in", "out" or "both"'),
    "else": (Mapping, "a table"),
}
KEYS = frozenset(_GRAMMAR)
_WAYS = ("in", "out", "both")
_HOWS = ("as", "values", "codes", "ref")
_OTHER_HOWS = ("as", "values", "crosswalk", "ref")
_UNKNOWN = ("hold", "empty")
_ONLY_WITH: Mapping[str, Words] = {
    "inverse": ("values",),
    "unknown": ("values", "ref", "crosswalk"),
    "source": ("ref",),
    "join": ("field", "fields"),
}
_ONLY_READ = ("default", "empty", "fields", "const", "else")


def parse_field(name: str, raw: object, place: Place, model: type[BaseModel], tools: Tools) -> Field:
    """Understand one field of a mapping.

    Raises:
        ConfigurationError: it is wrong; says where, and what would be right.

    """
    spec = table_at(place, raw)
    _check_grammar(spec, place)
    return _Parser(name, spec, place, model, tools).field()


def _check_grammar(spec: Mapping[str, Any], place: Place) -> None:
    for key, value in spec.items():
        if key not in _GRAMMAR:
            raise place.at(key).wrong(f'"{key}" means nothing here.', name=key, among=_GRAMMAR)
        kind, called = _GRAMMAR[key]
        if not isinstance(value, kind):
            raise place.at(key).wrong(f"is not {called}.", remedy=f"Write {called}.")
    for key, others in _ONLY_WITH.items():
        if key in spec and not any(other in spec for other in others):
            raise place.at(key).wrong(f"means nothing without `{others[0]}`.", remedy="Leave it out.")
    _at_most_one(spec, place, _HOWS)
    _at_most_one(spec, place, _OTHER_HOWS)
    _at_most_one(spec, place, ("field", "fields"))
    _at_most_one(spec, place, ("const", "fields"))
    _at_most_one(spec, place, ("required", "default"))
    for key in ("const", "default", "fields"):
        _at_most_one(spec, place, (key, "else"))


def _at_most_one(spec: Mapping[str, Any], place: Place, keys: Words) -> None:
    given = [key for key in keys if key in spec]
    if len(given) > 1:
        raise place.at(given[1]).wrong(
            f"`{given[1]}` and `{given[0]}` exclude each other.", remedy="Keep the one that you mean."
        )


class _Parser:
    """The steps from what a file says of a field to the field."""

    def __init__(
        self, name: str, spec: Mapping[str, Any], place: Place, model: type[BaseModel], tools: Tools
    ) -> None:
        self.name = name
        self.spec = spec
        self.place = place
        self.tools = tools
        self.model = model
        self.end = meaning(name, model, place)
        self.slot: Slot = self.end.slot if isinstance(self.end, Route) else self.end

    def field(self) -> Field:
        """The field, with all that follows from what the file says."""
        self._check_path()
        kinds = self._kinds()
        codec = self._codec(kinds)
        reads, writes, insists = self._ways(codec)
        route = self.end if isinstance(self.end, Route) else None
        return Field(
            name=self.name,
            place=self.place,
            slot=self.slot,
            codec=codec,
            columns=self._columns(),
            fetch=route.fetch if route else None,
            through=route.kinds if route else frozenset(),
            several="fields" in self.spec,
            join=self.spec.get("join"),
            otherwise=self._otherwise(),
            crosswalk=self.spec.get("crosswalk", ""),
            constant=self._constant(kinds),
            kinds=kinds,
            source=self.spec.get("source", ""),
            forgiving=self._forgiving(kinds),
            default=self._canonical("default"),
            empty=self._empty(),
            required=self.spec.get("required", False),
            optional=self.spec.get("optional", False),
            reads=reads,
            writes=writes,
            insists=insists,
        )

    def _check_path(self) -> None:
        if isinstance(self.end, Route):
            for key in _ONLY_READ:
                if key in self.spec:
                    says = "a path into another record is only written, from one field to one field."
                    raise self.place.at(key).wrong(says, remedy=f"Leave `{key}` out.")
        if not any(key in self.spec for key in ("field", "fields", "const")):
            raise self.place.wrong(
                "does not say where it comes from.", remedy="Give `field`, `fields` or `const`."
            )

    def _columns(self) -> tuple[Words, ...]:
        if "field" in self.spec:
            return (vendor_words(self.spec["field"], self.place.at("field")),)
        place = self.place.at("fields")
        columns = tuple(vendor_words(name, place) for name in self.spec.get("fields", ()))
        if "fields" in self.spec and not columns:
            raise place.wrong("names no field.", remedy="Name at least one.")
        if columns and not self.slot.many and "join" not in self.spec:
            raise place.wrong("several fields make one text only with `join`.", remedy='Add join = " ".')
        if columns and self.slot.many and "join" in self.spec:
            raise place.wrong(f"{self.name} is a list, not one text.", remedy="Leave `join` out.")
        return columns

    def _otherwise(self) -> Field | None:
        """Where it comes from where its own vendor field is empty."""
        if "else" not in self.spec:
            return None
        if self.slot.many:
            raise self.place.at("else").wrong(
                f"{self.name} is a list, not one value.", remedy="Leave it out."
            )
        return parse_field(self.name, self.spec["else"], self.place.at("else"), self.model, self.tools)

    def _kinds(self) -> tuple[Kind, ...]:
        """What the reference refers to, as the mapping narrows it."""
        if (self.slot.sort is Sort.REFERENCE) != ("ref" in self.spec):
            if "ref" in self.spec:
                raise self.place.at("ref").wrong(f"{self.name} is no reference.", remedy="Leave `ref` out.")
            remedy = f'Add ref = "{self.slot.kinds[0]}".'
            raise self.place.wrong("is a reference to another record.", remedy=remedy)
        named = self.spec.get("ref", [])
        return tuple(self._kind(kind) for kind in ([named] if isinstance(named, str) else named))

    def _kind(self, name: object) -> Kind:
        if name not in self.slot.kinds and not self._leads_here(name):
            says = f'{self.name} does not refer to "{name}".'
            raise self.place.at("ref").wrong(says, name=str(name), among=self.slot.kinds)
        return Kind(str(name))

    def _leads_here(self, name: object) -> bool:
        """Whether a record of this kind, which the field cannot hold, refers to one that it can."""
        is_path = isinstance(self.end, Route)
        return not is_path and name in KIND_ORDER and bool(link_to(Kind(str(name)), self.slot.kinds))

    def _foreign(self, kinds: tuple[Kind, ...], external_id: str) -> ForeignId:
        """What a vendor's id stands for."""
        leads = any(kind not in self.slot.kinds for kind in kinds)
        return ForeignId(kinds, self.spec.get("source", ""), external_id, self.slot.kinds if leads else ())

    def _codec(self, kinds: tuple[Kind, ...]) -> Codec:
        if kinds:
            return codecs.reference(self._foreign(kinds, ""))
        if "crosswalk" in self.spec:
            return self._crosswalk()
        if "codes" in self.spec:
            return self._codes()
        if "values" in self.spec:
            return self._values()
        return self._converter()

    def _codes(self) -> Codec:
        place = self.place.at("codes")
        self._only(place, Sort.TEXT)
        return codecs.codes(self.spec["codes"], self.tools.code_list(self.spec["codes"], place))

    def _crosswalk(self) -> Codec:
        place = self.place.at("crosswalk")
        self._only(place, Sort.TEXT)
        walk = self.tools.crosswalk(self.spec["crosswalk"], place)
        usual = "hold" if self.slot.needed or self.spec.get("required") else "empty"
        unknown = self._unknown(usual, (*_UNKNOWN, "same"))
        if "codes" not in self.spec:
            return crosswalk_codec(walk, unknown, None)
        listed = self._codes()
        walk.names.update(self.tools.code_list(self.spec["codes"], place))
        return crosswalk_codec(walk, unknown, listed)

    def _only(self, place: Place, *sorts: Sort) -> None:
        if self.slot.sort not in sorts:
            says = f"gives {sorts[0].value}, but {self.name} holds {self.slot.sort.value}."
            raise place.wrong(says, remedy="Choose another way to convert it.")

    def _values(self) -> Codec:
        place = self.place.at("values")
        table = {
            vendor.strip(): held(self.slot, value, place.at(vendor), item=True)
            for vendor, value in self.spec["values"].items()
        }
        for vendor in table:
            if vendor == "" or vendor in self._empty():
                remedy = "Use `default` for what an empty value means."
                raise place.at(vendor).wrong("is an empty value already.", remedy=remedy)
        return codecs.values(table, self._inverse(table), unknown_is_empty=self._unknown_is_empty())

    def _unknown_is_empty(self) -> bool:
        """What a flag or a status means must be known; a text that is not may be left to the rules."""
        usual = "empty" if self.slot.sort is Sort.TEXT and not self.spec.get("required") else "hold"
        return self._unknown(usual) == "empty"

    def _unknown(self, usual: str, among: Words = _UNKNOWN) -> str:
        """What happens to a value that is not known."""
        said = str(self.spec.get("unknown", usual))
        if said not in among:
            raise self.place.at("unknown").wrong(f'is "{said}".', name=said, among=among)
        return said

    def _forgiving(self, kinds: tuple[Kind, ...]) -> bool:
        """Whether a reference to what is not known is no value instead of a reason to wait."""
        if not kinds or self._unknown("hold") == "hold":
            return False
        if self.slot.needed or self.spec.get("required"):
            says = f"{self.name} cannot do without a value."
            raise self.place.at("unknown").wrong(says, remedy="Leave `unknown` out.")
        return True

    def _inverse(self, table: Mapping[str, Any]) -> Mapping[Any, str] | None:
        """Stored value → vendor value; ``None`` where the table does not say which of several."""
        back: dict[Any, list[str]] = {}
        for vendor, canonical in table.items():
            back.setdefault(self.slot.stored(canonical, item=True), []).append(vendor)
        said = self._said_inverse(back)
        doubtful = [stored for stored, vendors in back.items() if len(vendors) > 1 and stored not in said]
        if doubtful and "inverse" in self.spec:
            says = f"does not say which of {', '.join(back[doubtful[0]])} stands for {spelt(doubtful[0])}."
            raise self.place.at("inverse").wrong(says, remedy=f"Add {spelt(doubtful[0])} to `inverse`.")
        return None if doubtful else {stored: vendors[0] for stored, vendors in back.items()} | said

    def _said_inverse(self, back: Mapping[Any, list[str]]) -> dict[Any, str]:
        place = self.place.at("inverse")
        named = {spelt(stored): stored for stored in back}
        said: dict[Any, str] = {}
        for name, vendor in self.spec.get("inverse", {}).items():
            if name not in named:
                raise place.at(name).wrong(
                    f'"{name}" is not on the right side of `values`.', name=name, among=named
                )
            if vendor not in back[named[name]]:
                says = f'"{vendor}" is not read as {name}.'
                raise place.at(name).wrong(says, name=str(vendor), among=back[named[name]])
            said[named[name]] = vendor
        return said

    def _converter(self) -> Codec:
        place = self.place.at("as")
        name, _, argument = self.spec.get("as", "").partition(":")
        if name in self.tools.converters:
            if argument:
                raise place.wrong(f'the converter "{name}" takes no argument.', remedy=f'Write "{name}".')
            return codecs.plugin(name, self.tools.converters[name], self.slot.sort)
        sort = _BUILT_IN.get(name, self.slot.sort if not name else None)
        if sort is None:
            raise place.wrong(
                f'there is no converter "{name}".', name=name, among=[*_BUILT_IN, *self.tools.converters]
            )
        self._only(place, *((Sort.TEXT, Sort.CHOICE) if sort in (Sort.TEXT, Sort.CHOICE) else (sort,)))
        try:
            return _built_in(self.slot, argument)
        except ValueError:
            remedy = f"Write it as {_ARGUMENTS[self.slot.sort]}."
            raise place.wrong(f'"{argument}" is no argument of {name}.', remedy=remedy) from None

    def _constant(self, kinds: tuple[Kind, ...]) -> Any:  # noqa: ANN401 -- of the field's own type
        if kinds and "const" in self.spec:
            return self._foreign(kinds, str(self.spec["const"]))
        return self._canonical("const")

    def _canonical(self, key: str) -> Any:  # noqa: ANN401 -- of the field's own type
        if key not in self.spec:
            return None
        if self.slot.sort is Sort.REFERENCE:
            raise self.place.at(key).wrong("is no default for a reference.", remedy=f"Leave `{key}` out.")
        return held(self.slot, self.spec[key], self.place.at(key))

    def _empty(self) -> frozenset[str]:
        place = self.place.at("empty")
        try:
            return frozenset(codecs.text_of(value) for value in self.spec.get("empty", ()))
        except Unfit:
            raise place.wrong("holds what is no vendor value.", remedy="Write each in quotes.") from None

    def _ways(self, codec: Codec) -> tuple[bool, bool, bool]:
        """Whether it reads, whether it writes, and whether the file insists that it writes."""
        way = self.spec.get("way", "both")
        if way not in _WAYS:
            raise self.place.at("way").wrong(f'"{way}" is no way.', name=way, among=_WAYS)
        why_not_out = self._why_not_out(codec)
        asked = "way" in self.spec
        if asked and way != "in" and why_not_out:
            raise self.place.at("way").wrong(
                f"cannot go out: {why_not_out}.", remedy='Leave it out, or say "in".'
            )
        if isinstance(self.end, Route):
            if asked and way != "out":
                raise self.place.at("way").wrong("a path is only written.", remedy="Leave `way` out.")
            return False, True, True
        return way != "out", way != "in" and not why_not_out, asked and way != "in"

    def _why_not_out(self, codec: Codec) -> str:
        if "field" not in self.spec and "fields" not in self.spec:
            return "it has no `field`"
        if "fields" in self.spec and "join" in self.spec:
            return "one text cannot be taken apart into several fields"
        if "else" in self.spec:
            return "it is read from one of several fields"
        return codec.one_way


_BUILT_IN: Mapping[str, Sort] = {
    "text": Sort.TEXT,
    "date": Sort.DATE,
    "datetime": Sort.DATETIME,
    "decimal": Sort.DECIMAL,
    "integer": Sort.INTEGER,
    "flag": Sort.FLAG,
}
BUILT_IN = frozenset(_BUILT_IN)
_ARGUMENTS: Mapping[Sort, str] = {
    Sort.DATE: '"date" or "date:%m/%d/%Y"',
    Sort.DATETIME: '"datetime" or "datetime:%m/%d/%Y %H:%M:%S"',
    Sort.DECIMAL: '"decimal" or "decimal:2"',
    Sort.FLAG: '"flag", "flag:not" or "flag:Y/N"',
    Sort.INTEGER: '"integer"',
    Sort.TEXT: '"text"',
    Sort.CHOICE: '"text"',
}
_MOST_PLACES = 10


def _built_in(slot: Slot, argument: str) -> Codec:
    """The built-in codec for what a slot holds.

    Raises:
        ValueError: the argument is none of it.

    """
    if slot.sort is Sort.DATE:
        return days.day(argument)
    if slot.sort is Sort.DATETIME:
        return days.instant(argument)
    if slot.sort is Sort.DECIMAL:
        return codecs.decimal(_places(argument))
    if slot.sort is Sort.FLAG:
        return codecs.flag(argument)
    if argument:
        raise ValueError(argument)
    if slot.sort is Sort.INTEGER:
        return codecs.integer()
    return codecs.choice(slot) if slot.sort is Sort.CHOICE else codecs.text()


def _places(argument: str) -> int | None:
    if not argument:
        return None
    places = int(argument)
    if not 0 <= places <= _MOST_PLACES:
        raise ValueError(argument)
    return places
