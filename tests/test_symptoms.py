"Answers by symptom: their links lead somewhere, and the messages of the package lead to them."
import re
from book import NBS, ROOT, anchors
from sigreg_nb.symptoms import SYMPTOMS

def test_every_answer_leads_to_a_section_that_is_there():
    for s in SYMPTOMS.values():
        page, _, anchor = s.page.partition("#")
        assert (NBS/page).exists() and (not anchor or anchor in anchors(NBS/page)), (s.key, s.page)

def test_messages_end_with_the_address_of_an_entry_that_is_there():
    text = "".join(p.read_text() for p in (ROOT/"sigreg_nb").glob("*.py"))
    used = set(re.findall(r"entry\('([\w.-]+)'\)", text))
    assert len(used) >= 8 and used <= set(SYMPTOMS), used - set(SYMPTOMS)
