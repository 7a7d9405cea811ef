"""Takes the example of a language out of the README, so that what people copy is what is run.

    readme.py LANGUAGE FOLDER

Between `<!-- first report: LANGUAGE -->` and `<!-- /first report -->` blocks of `sh` become `first_report.sh`, in their order; any
other block begins with a comment that names its file, and becomes that file.
"""

import pathlib
import re
import sys


def main(language, folder):
    readme = pathlib.Path(__file__).resolve().parents[2] / "README.md"
    section = re.search(
        rf"<!-- first report: {re.escape(language)} -->\n(.*?)<!-- /first report -->",
        readme.read_text(encoding="utf-8"), re.DOTALL,
    )
    if section is None:
        sys.exit(f"the README has no first report in {language}")
    steps = []
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```$", section[1], re.DOTALL | re.MULTILINE):
        if kind == "sh":
            steps.append(block)
            continue
        named = re.match(r"(?://|#) (\S+)\n", block)
        if named is None:
            sys.exit(f"a block of {kind} doesn't name its file:\n{block}")
        target = pathlib.Path(folder, named[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        # What is written anew is compiled anew.
        if not target.exists() or target.read_text(encoding="utf-8") != block:
            target.write_text(block, encoding="utf-8")
    if not steps:
        sys.exit(f"the README says nothing of how to run {language}")
    pathlib.Path(folder, "first_report.sh").write_text("".join(steps), encoding="utf-8")


main(*sys.argv[1:])
