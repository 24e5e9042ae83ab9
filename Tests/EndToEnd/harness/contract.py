"""openapi.yaml as a judge of responses."""

import json
import re
from functools import cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parents[3]
PATH = ROOT / "openapi.yaml"
URI = "urn:espalier:openapi"
# What any path may answer, one that there is not too.
GENERAL = {408: "RequestTimeout", 414: "TargetTooLong", 417: "ExpectationFailed", 431: "HeadersTooLarge"}
METHODS = {"get", "put", "post", "delete", "options", "patch", "trace"}


class Undocumented(AssertionError):
    """A response that openapi.yaml does not allow."""


class Contract:
    def __init__(self, path=PATH):
        self.document = yaml.safe_load(Path(path).read_text())
        resource = Resource(contents=self.document, specification=DRAFT202012)
        self.registry = Registry().with_resource(URI, resource)
        self.routes = [(re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", template) + "$"), template) for template in self.document["paths"]]
        self.validator = cache(self._validator)

    def template(self, path):
        return next((template for pattern, template in self.routes if pattern.match(path)), None)

    def operation(self, method, path):
        template = self.template(path)
        return template and self.document["paths"][template].get(method.lower())

    def methods(self, template):
        """The methods that `Allow` lists, HEAD included."""
        known = {method.upper() for method in self.document["paths"][template] if method in METHODS}
        return known | ({"HEAD"} if "GET" in known else set())

    def check(self, method, path, response):
        """Raises unless `response` (of requests) is one that the contract documents."""
        where = f"{method} {path} → {response.status_code}"
        pointer = self._response_pointer(method, path, response.status_code)
        if pointer is None:
            raise Undocumented(f"{where}: status not documented: {response.text[:500]}")
        documented = self._at(pointer)
        # It is on every answer, and so in no list of headers.
        self._check_headers(where, "/components", {"headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}}, response.headers)
        self._check_headers(where, pointer, documented, response.headers)
        self._check_body(where, pointer, documented, method, response)

    def errors(self, value, pointer):
        """What is wrong with `value`, by the schema at `pointer`."""
        return [f"{error.json_path}: {error.message[:300]}" for error in self.validator(pointer).iter_errors(value)]

    def _response_pointer(self, method, path, status):
        if status in GENERAL:
            return f"/components/responses/{GENERAL[status]}"
        template = self.template(path)
        if template is None:
            return "/components/responses/NotFound" if status == 404 else None
        routed = "get" if method == "HEAD" else method.lower()
        operation = self.document["paths"][template].get(routed)
        if operation is None:
            return "/components/responses/MethodNotAllowed" if status == 405 else None
        response = operation["responses"].get(str(status))
        if response is None:
            return None
        if "$ref" in response:
            return response["$ref"].removeprefix("#")
        return f"/paths/{_token(template)}/{routed}/responses/{status}"

    def _check_headers(self, where, pointer, documented, headers):
        for name, header in documented.get("headers", {}).items():
            at = header["$ref"].removeprefix("#") if "$ref" in header else f"{pointer}/headers/{name}"
            definition = self._at(at)
            if name not in headers:
                if definition.get("required"):
                    raise Undocumented(f"{where}: header {name} is missing")
                continue
            text = headers[name]
            value = int(text) if definition["schema"].get("type") == "integer" and text.isdigit() else text
            if faults := self.errors(value, f"{at}/schema"):
                raise Undocumented(f"{where}: header {name}: {faults}")

    def _check_body(self, where, pointer, documented, method, response):
        content = documented.get("content")
        if content is None:
            if response.content or "Content-Type" in response.headers:
                raise Undocumented(f"{where}: has a body")
            return
        media_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if media_type not in content:
            raise Undocumented(f"{where}: content type {media_type!r}, not one of {list(content)}: {response.text[:300]}")
        if method == "HEAD":
            if response.content:
                raise Undocumented(f"{where}: an answer to HEAD has no body")
            return
        if response.status_code == 206:
            return
        value = response.text
        if media_type.endswith("json"):
            try:
                value = json.loads(response.content.decode("utf-8"), parse_constant=_refuse_constant)
            except ValueError as error:
                raise Undocumented(f"{where}: no JSON: {error}: {response.text[:300]}") from error
        if faults := self.errors(value, f"{pointer}/content/{_token(media_type)}/schema"):
            raise Undocumented(f"{where}: {faults}\n{response.text[:1000]}")

    def _validator(self, pointer):
        return Draft202012Validator({"$ref": f"{URI}#{pointer}"}, registry=self.registry, format_checker=FormatChecker())

    def _at(self, pointer):
        value = self.document
        for token in pointer.split("/")[1:]:
            value = value[token.replace("~1", "/").replace("~0", "~")]
        return value


def _token(name):
    return name.replace("~", "~0").replace("/", "~1")


def _refuse_constant(word):
    raise ValueError(f"{word} is not JSON")
