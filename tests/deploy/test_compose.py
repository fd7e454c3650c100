"""deploy/compose.yaml: what a machine without a container engine can see of it."""

import re
from typing import Any

import yaml

from tests.deploy.environment import ROOT, read_by_code, read_by_the_proxy

TEXT = (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = ("replica-1", "replica-2", "trainer")
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text("utf-8")


def test_two_replicas_behind_the_proxy_a_trainer_and_a_database() -> None:
    assert set(SERVICES) == {"proxy", "database", *OURS}
    proxy = SERVICES["proxy"]["environment"]
    assert [proxy[f"REPLICA_{number}"] for number in (1, 2)] == ["replica-1:8501", "replica-2:8501"]
    assert set(proxy) <= read_by_the_proxy() | {"RESOLVE"}
    assert "STREAMLIT_SERVER_PORT=8501" in CONTAINERFILE
    for name in OURS:
        build, image = SERVICES[name]["build"], SERVICES[name]["image"]
        assert (ROOT / "deploy" / build["context"] / build["dockerfile"]).is_file()
        assert re.search(rf"^FROM \S+ AS {build['target']}$", CONTAINERFILE, re.MULTILINE)
        assert image == ("digitlab-trainer" if name == "trainer" else "digitlab")
        assert set(SERVICES[name]["environment"]) <= read_by_code()


def test_only_the_proxy_is_reached_and_only_the_database_is_kept() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["database"]["networks"] == ["inside"]
    assert FILE["networks"]["inside"]["internal"]
    kept = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    assert [volume for volume in kept if not volume.endswith(":ro")] == ["database:/var/lib/postgresql/data"]
    assert list(FILE["volumes"]) == ["database"]


def test_each_is_bounded_and_starts_again() -> None:
    for service in SERVICES.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"
        assert service["mem_limit"]
        assert service["stop_grace_period"]


def test_there_is_no_password_unless_somebody_sets_one() -> None:
    asked = {line.strip() for line in TEXT.splitlines() if "PASSWORD:" in line}
    assert asked == {
        "PGPASSWORD: ${DATABASE_PASSWORD:?must be set}",
        "POSTGRES_PASSWORD: ${DATABASE_PASSWORD:?must be set}",
    }
    assert (
        SERVICES["trainer"]["environment"]["DIGITLAB_DATABASE"] == "postgresql://digitlab@database/digitlab"
    )


def test_a_replica_without_its_database_is_well() -> None:
    """A restart wouldn't bring the database back."""
    for number in (1, 2):
        assert "8501/api/health/models" in SERVICES[f"replica-{number}"]["healthcheck"]["test"][-1]
