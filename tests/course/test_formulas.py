"""Formulas between dollar signs become MathML; everything else stays as it is."""

from pathlib import Path

import markdown
import pytest

from course.site.formulas import FormulaError, with_formulas

HERE = Path("1-one.py")


def made(text):
    return with_formulas(text, HERE, 7)


def page(text):
    return markdown.markdown(made(text), extensions=["attr_list", "md_in_html", "tables"])


@pytest.mark.parametrize(
    "text",
    [
        "It costs 5$, or $5.",
        "It costs $5 and $6 more.",
        "`$HOME` and ``a `$x$` b``",
        "``` bash\necho $A $B$\n```",
        "    echo $A$\n",
        "<code>$x$</code>",
        "nothing",
    ],
)
def test_code_and_sums_of_money_stay_as_they_are(text):
    assert made(text) == text


def test_a_formula_in_a_line_stays_in_its_paragraph_wherever_the_line_breaks():
    html = page("The mean of *all*\n$x_i * y_j^2$ and $n\n- 1$ are *few*.")
    assert html.count("<p>") == 1
    assert html.count("<math") == html.count("</math>") == 2
    assert html.count("<em>") == 2
    assert "<msub><mi>x</mi><mi>i</mi></msub>" in html.replace("<mrow>", "").replace("</mrow>", "")


def test_a_formula_of_its_own_is_a_block():
    html = page("So:\n\n$$\\frac{a_1}{b} < \\sqrt{2}$$\n\nThat is all.")
    assert 'display="block"' in html
    assert 'class="math math-block"' in html
    assert "<mfrac>" in html
    assert "$" not in html


def test_a_dollar_sign_can_be_asked_for_and_html_around_a_formula_is_understood():
    assert made(r"\$x\$") == "&#36;x&#36;"
    assert made("<li>$a &lt; b$</li>") == made("<li>$a < b$</li>")


@pytest.mark.parametrize("formula", ["$\\frac{1}$", "$a^{b$", "$\\nosuchthing x$", "$$\\left( x$$"])
def test_a_formula_that_cannot_be_read_is_told_with_its_place(formula):
    with pytest.raises(FormulaError, match=r"1-one\.py, at or below line 7: the formula") as caught:
        made(f"Prose.\n\n{formula}")
    assert formula.strip("$").split("{")[0][:3] in str(caught.value).replace("\\\\", "\\")
