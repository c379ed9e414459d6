"""What reading a file needs beside a library: opened once, and judged by what is there."""
