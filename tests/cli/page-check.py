"""page-check.py PAGE SCRIPTS: the page is whole HTML, needs nothing from elsewhere, runs that many scripts and handlers of
no event, and what refers to an element finds it."""
import html.parser
import re
import sys

VOID = {"meta", "br", "img", "input", "link", "hr", "col", "base"}
found = {"script": 0}
open_tags, ids, references, faults, policies = [], [], [], [], []


class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag not in VOID:
            open_tags.append(tag)
        if tag == "script" and given.get("type", "text/javascript") != "application/json":
            found["script"] += 1
        if given.get("http-equiv") == "Content-Security-Policy":
            policies.append(given["content"])
        if "id" in given:
            ids.append(given["id"])
        for name, value in attributes:
            if name.startswith("on") or name == "style":
                faults.append(f"<{tag} {name}={value}>")
            if name in ("src", "href", "action", "srcset", "data") and not (value or "").startswith(("data:image/png;base64,", "#")):
                faults.append(f"<{tag} {name}={value}> leads elsewhere")
            if name in ("aria-describedby", "aria-labelledby", "for", "href") and not (value or "").startswith("data:"):
                references.append(value.lstrip("#"))
        if tag == "img" and not given.get("alt"):
            faults.append("a picture without words")

    def handle_endtag(self, tag):
        if not open_tags or open_tags.pop() != tag:
            faults.append(f"</{tag}> ends nothing at {self.getpos()}")


text = open(sys.argv[1], encoding="utf-8").read()
Page().feed(text)
if open_tags:
    faults.append(f"never ended: {open_tags}")
if found["script"] != int(sys.argv[2]):
    faults.append(f"{found['script']} scripts")
faults += [f"id {id} twice" for id in set(ids) if ids.count(id) > 1]
faults += [f"no element {id}" for id in references if id not in ids]
if re.search(r"@import|url\(|sourceMappingURL", text):
    faults.append("a style or script that loads something")
if not any("default-src 'none'" in policy and f"{policy.count('sha256-')}" == sys.argv[2] for policy in policies):
    faults.append(f"no policy that lets {sys.argv[2]} scripts run: {policies}")
for fault in faults:
    print(fault)
sys.exit(bool(faults))
