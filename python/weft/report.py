"""What is known of a run beside its model: the page, the record of its epochs, the figures."""

import html
import json


class Report:
    """The page of a run. `html` is a whole document; a notebook shows it in a frame."""

    def __init__(self, page):
        self.html = page

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.html)

    def _repr_html_(self):
        return f'<iframe style="width:100%;height:640px;border:0" srcdoc="{html.escape(self.html)}"></iframe>'

    def __repr__(self):
        return f"weft.Report({len(self.html)} characters of HTML)"


def read_history(path):
    """The records of metrics.jsonl, a dict an epoch; none if there is no such file. Lines that are no records are passed
    over, as a damaged file has them."""
    records = []
    if not path.is_file():
        return records
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict) and "epoch" in record:
                records.append(record)
    return records
