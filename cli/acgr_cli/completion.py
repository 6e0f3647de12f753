"""`acgr completion`: lets a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


_EPILOG = """\b
bash  echo 'eval "$(acgr completion bash)"' >> ~/.bashrc
zsh   echo 'eval "$(acgr completion zsh)"' >> ~/.zshrc
fish  acgr completion fish > ~/.config/fish/completions/acgr.fish
"""


@click.command(epilog=_EPILOG, short_help="completion of commands and options for a shell")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what a shell needs to complete commands and options."""
    script = get_completion_class(shell)
    assert script is not None  # click has all of SHELLS
    click.echo(script(context.find_root().command, {}, "acgr", "_ACGR_COMPLETE").source())
