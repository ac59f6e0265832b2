"""The command line: one file for each command, none of them loaded before it is called."""


def main() -> None:
    """Run the ``hub`` program."""
    from hub.cli.program import program  # noqa: PLC0415 -- importing a command's file alone stays cheap

    program.main(prog_name="hub")
