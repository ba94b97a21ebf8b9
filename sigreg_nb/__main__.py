"The command `sigreg`, and `python -m sigreg_nb`, which torchrun needs."
import sys

def main():
    "`sigreg_nb.cli.main`; Ctrl-C while it is imported is one line too."
    try: from sigreg_nb.cli import main as command
    except KeyboardInterrupt: sys.exit(print('sigreg: interrupted', file=sys.stderr) or 130)
    command()

if __name__ == "__main__": main()
