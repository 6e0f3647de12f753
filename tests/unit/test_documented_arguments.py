"""Whatever a user can write is documented where editors look for it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, is_typeddict

import pytest
from pulumi import Resource

import acgr
import acgr_components

PUBLIC: dict[str, Any] = {name: getattr(of, name) for of in (acgr, acgr_components) for name in of.__all__}
ARGS = sorted(name for name in PUBLIC if name.endswith("Args"))
DICTIONARIES = sorted(name for name, one in PUBLIC.items() if is_typeddict(one))
RESOURCES = [one for one in PUBLIC.values() if inspect.isclass(one) and issubclass(one, Resource)]
FUNCTIONS = [acgr.find_users, *(one.get for one in RESOURCES if one is not acgr_components.GlobalResiliency)]

_SECTION = re.compile(r"^(Attributes|Args|Returns|Raises):$", re.MULTILINE)
_ENTRY = re.compile(r"^    (\w+): ", re.MULTILINE)


def section(documented: object, name: str) -> dict[str, str]:
    """What a section of a docstring says of each name."""
    return section_of(inspect.getdoc(documented) or "", name)


def section_of(text: str, name: str) -> dict[str, str]:
    """The same, of the docstring itself."""
    parts = _SECTION.split(text)
    entries = _ENTRY.split(dict(zip(parts[1::2], parts[2::2], strict=True)).get(name, ""))
    return dict(zip(entries[1::2], map(plain, entries[2::2]), strict=True))


def keywords(resource: type) -> dict[str, str]:
    """What a resource's constructor says of its keywords."""
    (of,) = ast.parse(inspect.getsource(resource)).body
    assert isinstance(of, ast.ClassDef)
    made = [one for one in of.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
    (taking,) = (one for one in made if "Unpack" in ast.unparse(one.args))
    return section_of(ast.get_docstring(taking) or "", "Args")


def below(documented: type) -> dict[str, str]:
    """What stands below each attribute of a class: an editor shows it where the attribute is written."""
    (of,) = ast.parse(inspect.getsource(documented)).body
    assert isinstance(of, ast.ClassDef)
    found = {}
    for attribute, text in zip(of.body, of.body[1:], strict=False):
        if isinstance(attribute, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[ast.unparse(attribute.target)] = plain(str(text.value.value))
    return found


def plain(text: str) -> str:
    """A text without its line ends, as a sentence."""
    joined = " ".join(text.split())
    return f"{joined[:1].upper()}{joined[1:].removesuffix('.')}."


def test_there_are_some() -> None:
    """The names that are looked at are those of the facades."""
    assert {"PhoneNumberPlacementArgs", "GlobalResiliencyArgs"} <= set(ARGS)
    assert {"PhoneNumberPlacementArgsDict", "GlobalResiliencyNumberArgsDict"} <= set(DICTIONARIES)


@pytest.mark.parametrize("name", ARGS)
def test_every_argument_is_documented(name: str) -> None:
    """A class of arguments says something of each of them, and of nothing else, in the order in which they stand."""
    assert list(section(PUBLIC[name], "Attributes")) == [one.name for one in fields(PUBLIC[name])]


@pytest.mark.parametrize("name", DICTIONARIES)
def test_every_key_is_documented_where_it_is_written(name: str) -> None:
    """An editor shows what a keyword or a key means: below each stands what the class of arguments says of it."""
    twin = PUBLIC.get(name.removesuffix("Dict"), PUBLIC[name])
    assert below(PUBLIC[name]) == section(twin, "Attributes")
    assert list(below(PUBLIC[name])) == list(PUBLIC[name].__annotations__)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.__name__)
def test_every_keyword_is_documented_where_it_is_taken(resource: type) -> None:
    """An editor shows of a keyword what the constructor says of it: the same as the class of arguments."""
    said = list(keywords(resource).items())
    assert [name for name, _ in said[1:3]] == ["args", "opts"]
    assert dict(said[3:]) == section(PUBLIC[f"{resource.__name__}Args"], "Attributes")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__qualname__)
def test_every_parameter_is_documented(function: Any) -> None:
    """A function says something of each of its parameters."""
    parameters: Mapping[str, inspect.Parameter] = inspect.signature(function).parameters
    assert list(section(function, "Args")) == list(parameters)


@pytest.mark.parametrize("name", ARGS)
def test_the_twins_take_the_same(name: str) -> None:
    """What can be written as an object can be written as a dictionary and as keywords."""
    dictionary = PUBLIC[f"{name}Dict"]
    required = {one.name for one in fields(PUBLIC[name]) if "None" not in str(one.type)}
    assert list(dictionary.__annotations__) == [one.name for one in fields(PUBLIC[name])]
    assert required == {key for key, kind in dictionary.__annotations__.items() if "NotRequired" not in str(kind)}
